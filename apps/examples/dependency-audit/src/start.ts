// What `npm start` runs: an audit of the project in the working folder, recorded, shown, and replayed without network.
import { start } from './start/start.ts'

process.exitCode = await start(process.argv[2] ?? '.')
