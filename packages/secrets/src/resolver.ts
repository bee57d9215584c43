import type { SecretResolver } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { carriedValue } from './secret.ts'

/**
 * Finds values for handles: the one that the handle carries, then `values[name]`, then the environment variable
 * `MFM_SECRET_<NAME>`. An empty string in `values` or in the environment counts as absent.
 *
 * @param env the environment to look in, usually `process.env`; without it no environment is read
 * @returns a resolver that rejects with `secret_unavailable` (`details.name`, `details.environment`)
 */
export function resolverOf(
  values: Readonly<Record<string, string>> | undefined,
  env?: Readonly<Record<string, string | undefined>>,
): SecretResolver {
  return async (handle) => {
    const carried = carriedValue(handle)
    if (carried !== undefined) return carried
    const { name } = handle
    const variable = `MFM_SECRET_${name.toUpperCase()}`
    const found = own(values, name) || own(env, variable)
    if (found) return found
    throw new MfmError('secret_unavailable', {
      message: `the secret ${name} has no value`,
      details: { name, environment: variable },
      help: env
        ? `Set the environment variable ${variable}, or give a value for ${name}.`
        : `Give a value for ${name}; ${variable} is read where an environment is given.`,
    })
  }
}

/** `process.env` is no plain object, so its variables are asked for by name. */
function own(
  from: Readonly<Record<string, string | undefined>> | undefined,
  name: string,
): string | undefined {
  return from !== undefined && Object.hasOwn(from, name) ? from[name] : undefined
}
