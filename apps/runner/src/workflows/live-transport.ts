import type { Transport } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { HTTP_NAMESPACE, httpTransport } from '@mfm/transport-http'
import type { Environment } from '../cli/cli.ts'
import type { LoadedWorkflow } from './load-workflow.ts'
import type { Project } from './project.ts'

/**
 * What performs the calls of a live run. An endpoint's address is that of the environment (MFM_ENDPOINT_<NAME>), else
 * of the configuration, else of the workflow file, whose functions are called when a request needs them.
 */
export function liveTransport(
  env: Environment,
  { config }: Project,
  { endpoints: own }: LoadedWorkflow,
): Transport {
  const known = Object.entries({ ...own, ...config.endpoints })
  // What the environment gives is left out here; the transport then looks there.
  const endpoints = known.filter(([name]) => !env[`MFM_ENDPOINT_${name.toUpperCase()}`])
  return new TransportRouter({
    [HTTP_NAMESPACE]: httpTransport({ endpoints: Object.fromEntries(endpoints), env }),
  })
}
