// Uses servers and then waits to be ended: `user.child.ts NAME...` prints their addresses as one line of JSON.
import process from 'node:process'
import { SERVICE_NAMES } from '../src/addresses.ts'
import { privateService, service, stopServices } from '../src/index.ts'

const wanted = SERVICE_NAMES.filter((name) => process.argv.includes(name))
const addresses = [
  ...(await Promise.all(wanted.map((name) => service(name)))),
  ...(await Promise.all(wanted.map((name) => privateService(name)))),
]
process.stdout.write(`${JSON.stringify(addresses)}\n`)
process.stdin.once('data', (command) => {
  if (String(command).startsWith('stop')) void stopServices().then(() => process.exit(0))
  else process.exit(0)
})
