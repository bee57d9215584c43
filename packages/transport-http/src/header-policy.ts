const TOKENS =
  'access|api|auth|csrf|deploy|github|gitlab|job|private|refresh|security|session|vault|xsrf'

/** Headers whose value is a credential: it is passed on as a secret and never recorded. A page token is none. */
const CREDENTIAL: RegExp = new RegExp(
  `^(authorization|proxy-authorization|cookie)$|^x-auth-|(^|-)((${TOKENS})-token|api-?key|secret|subscription-key|functions-key)$`,
)

/** Headers of one connection; `fetch` sets its own. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Headers that differ with every request and say nothing about what is asked. */
const TRACING =
  /^(traceparent|tracestate|baggage|b3|x-b3-.*|x-request-id|x-correlation-id|x-amzn-trace-id|x-cloud-trace-context|sentry-trace|x-datadog-.*)$/

/** What an answer says about its delivery, or about when and where it was made. */
const VOLATILE: ReadonlySet<string> = new Set([
  'age',
  'alt-svc',
  'cf-cache-status',
  'cf-ray',
  'content-encoding',
  'date',
  'nel',
  'proxy-authenticate',
  'report-to',
  'reporting-endpoints',
  'server',
  'server-timing',
  'set-cookie',
  'set-cookie2',
  'via',
  'x-amz-cf-id',
  'x-amz-cf-pop',
  'x-amz-id-2',
  'x-amz-request-id',
  'x-amzn-requestid',
  'x-cache',
  'x-cache-hits',
  'x-fastly-request-id',
  'x-github-request-id',
  'x-runtime',
  'x-served-by',
  'x-timer',
  'x-trace-id',
  'x-varnish',
])

export function isCredentialHeader(name: string): boolean {
  return CREDENTIAL.test(name)
}

/** Whether a header of a request takes part in it: is recorded and sent. */
export function isRequestHeader(name: string): boolean {
  return !HOP_BY_HOP.has(name) && !TRACING.test(name)
}

/** Whether a header of an answer is recorded. */
export function isAnswerHeader(name: string): boolean {
  return !HOP_BY_HOP.has(name) && !VOLATILE.has(name) && !TRACING.test(name)
}
