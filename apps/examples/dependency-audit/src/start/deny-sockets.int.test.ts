import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { TestRegistry } from '../../test/registry.fixture.ts'
import { SocketDenial } from './deny-sockets.ts'

it('refuses and counts every connection until it is over', async () => {
  await using registry = await TestRegistry.open()
  {
    using denial = new SocketDenial()
    await expect(fetch(registry.address)).rejects.toThrow()
    await expect(fetch('https://registry.invalid')).rejects.toThrow()
    expect(() => connect(registry.port)).toThrow()
    expect(denial.attempts).toBe(3)
  }
  expect(registry.requests).toEqual([])
  expect((await fetch(registry.address)).status).toBe(404)
})
