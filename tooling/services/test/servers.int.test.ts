import { service } from '@mfm/services'
import { expect, it } from 'vitest'

it('x', async () => {
  const a = await service('redis')
  const b = await service('redis')
  expect(a).toEqual(b)
  console.log(a, process.env['MFM_TEST_SERVICES_SOCKET'])
})
