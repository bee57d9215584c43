// What bin/mfm.js starts.
import process from 'node:process'
import { runCli } from './cli/run-cli.ts'

await runCli(process)
