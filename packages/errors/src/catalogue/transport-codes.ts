import type { CatalogueEntry } from './entry.ts'
import { entry } from './entry.ts'

type Code =
  | 'io_unimplemented'
  | 'io_unknown_namespace'
  | 'transport_failed'
  | 'transport_answer_invalid'
  | 'http_request_invalid'
  | 'http_endpoint_unknown'
  | 'http_failed'
  | 'http_timeout'
  | 'http_body_too_large'
  | 'http_select_failed'

export const TRANSPORT_CODES: Readonly<Record<Code, CatalogueEntry>> = {
  io_unimplemented: entry('io', 'unsupported', 'unknown', {
    meaning: 'No live transport is configured.',
    help: 'Give the run a transport, such as httpTransport() for fetch.',
  }),
  io_unknown_namespace: entry('io', 'unsupported', 'unknown', {
    meaning: 'No transport is registered for the namespace.',
    help: 'Details list the registered groups; register one that matches.',
  }),
  transport_failed: entry('io', 'transport', 'rpc', {
    meaning: 'A transport failed in a way of its own.',
    help: 'The cause says why.',
  }),
  transport_answer_invalid: entry('io', 'transport', 'parsing_input', {
    meaning: 'A transport answered with something that cannot be recorded.',
    help: 'Mend the transport: a response must be plain JSON, bytes go into attachments.',
  }),
  http_request_invalid: entry('io', 'invalid_input', 'parsing_input', {
    meaning: 'An HTTP request is malformed.',
    help: 'Details list each problem with its path.',
  }),
  http_endpoint_unknown: entry('io', 'invalid_input', 'parsing_input', {
    meaning: 'A request names an endpoint that is not configured.',
    help: 'Set MFM_ENDPOINT_<NAME> or give the endpoint to the transport; details list the known names.',
  }),
  http_failed: entry('io', 'transport', 'rpc', {
    meaning: 'An HTTP request got no answer.',
    help: 'Check that the server can be reached; the cause names the network error.',
    retryable: true,
  }),
  http_timeout: entry('io', 'timeout', 'rpc', {
    meaning: 'An HTTP request had no answer in time.',
    help: 'Raise timeoutMillis, or find out why the server is slow.',
    retryable: true,
  }),
  http_body_too_large: entry('io', 'too_large', 'rpc', {
    meaning: 'An HTTP body is larger than the limit.',
    help: 'Raise maxBodyBytes, or ask for less.',
  }),
  http_select_failed: entry('io', 'transport', 'parsing_input', {
    meaning: 'A selection was asked of a body that is not JSON.',
    help: 'Leave select out, or ask an address that answers with JSON.',
  }),
}
