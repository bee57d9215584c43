// Loads each file that it is given with Node's own loader, and writes what came of it as JSON.
import { isMfmError } from '@mfm/errors'
import { loadWorkflow } from './load-workflow.ts'

async function outcome(file: string): Promise<unknown> {
  try {
    const { op, endpoints } = await loadWorkflow({ file, recorded: file })
    return { op: op.id, endpoints: Object.keys(endpoints) }
  } catch (error) {
    if (!isMfmError(error)) return { code: 'untyped', message: String(error), help: '' }
    const { code, message, help } = error
    return { code, message, help }
  }
}

console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map(outcome))))
