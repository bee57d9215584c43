import { MfmError } from '@mfm/errors'

/**
 * The error of a method that is not written yet. It names the paragraphs of the contract that the method must keep; when
 * the last call of this function is gone, so may be this file.
 */
export function unwritten(method: string, ...assertions: readonly string[]): MfmError {
  const contract = assertions.map(
    (id) => `node_modules/@mfm/conformance/CONTRACT.md#${id.toLowerCase()}`,
  )
  return new MfmError('store_failed', {
    message: `${method} is not written yet: it breaks ${assertions.join(', ')} of the contract`,
    details: { method, contract },
    help: 'Write it in src/driver.ts; the paragraphs that details name say what it must keep.',
  })
}
