import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import { fail } from '@mfm/workflow'

let asked: Promise<string> | undefined

/**
 * The address of the npm registry that this machine is set up to use; npm is asked once per process. It is told to
 * nobody but the transport.
 *
 * @throws MfmError `http_endpoint_unknown`
 */
export async function registryAddress(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = env['MFM_ENDPOINT_REGISTRY'] || env['npm_config_registry']
  if (given) return given
  asked ??= askNpm()
  return await asked
}

async function askNpm(): Promise<string> {
  try {
    const { stdout } = await promisify(exec)('npm config get registry')
    return stdout.trim()
  } catch (cause) {
    return fail('http_endpoint_unknown', {
      message: "'npm config get registry' gave no address; set MFM_ENDPOINT_REGISTRY",
      cause,
    })
  }
}
