import { inspect } from 'node:util'
import { S3ServiceException } from '@aws-sdk/client-s3'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { AttemptTimeout, BrokenTransfer, failureOf, openingError, storeError } from './s3-error.ts'

function answer(httpStatusCode: number, name: string, message = ''): S3ServiceException {
  return new S3ServiceException({
    name,
    message,
    $fault: 'client',
    $metadata: { httpStatusCode },
  })
}

function ofSystem(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code })
}

describe('failureOf', () => {
  it.each([
    [answer(404, 'NoSuchKey'), 'absent'],
    [answer(404, 'NoSuchBucket'), 'bucket_missing'],
    [answer(404, 'NotFound'), 'absent'],
    [answer(412, 'PreconditionFailed'), 'exists'],
    [answer(412, 'UnknownError'), 'exists'],
    [answer(409, 'ConditionalRequestConflict'), 'conflict'],
    [answer(503, 'SlowDown'), 'transient'],
    [answer(502, 'Whatever'), 'transient'],
    [answer(400, 'RequestTimeout'), 'transient'],
    [answer(400, 'BadDigest'), 'transient'],
    [answer(501, 'NotImplemented'), 'not_implemented'],
    [answer(403, 'AccessDenied'), 'access_denied'],
    [answer(400, 'InvalidRequest'), 'other'],
    [ofSystem('ECONNRESET'), 'transient'],
    [ofSystem('HPE_INVALID_CONSTANT'), 'transient'],
    [ofSystem('ERR_INVALID_ARG_TYPE'), 'other'],
    [Object.assign(new Error('x'), { $metadata: { httpStatusCode: 412 } }), 'exists'],
    [Object.assign(new Error('x'), { $response: { statusCode: 503 } }), 'transient'],
    [Object.assign(new Error('x'), { $response: { statusCode: 200 } }), 'other'],
    [new BrokenTransfer('half'), 'transient'],
    [new AttemptTimeout('late'), 'transient'],
    [new MfmError('artifact_corruption'), 'other'],
    [new TypeError('a fault of the program'), 'other'],
    ['no error', 'other'],
  ])('sorts %s', (error, expected) => {
    expect(failureOf(error)).toBe(expected)
  })
})

describe('storeError', () => {
  it.each([
    [answer(503, 'SlowDown'), 'store_unavailable', true],
    [answer(404, 'NoSuchBucket'), 'store_unavailable', true],
    [answer(409, 'OperationAborted'), 'store_busy', true],
    [answer(501, 'NotImplemented'), 'store_unsuitable', false],
    [answer(400, 'InvalidRequest'), 'store_failed', false],
    [new AttemptTimeout('late'), 'store_timeout', true],
    [new MfmError('artifact_corruption'), 'artifact_corruption', false],
  ])('names %s', (error, code, retryable) => {
    expect(storeError(error, 'runs')).toMatchObject({ code, retryable })
  })

  it('passes on no answer, and no words about credentials', () => {
    const error = answer(403, 'InvalidAccessKeyId', 'the key hunter2 does not exist')
    const told = Object.assign(error, { AWSAccessKeyId: 'hunter2', $response: { body: 'hunter2' } })
    for (const shown of [storeError(told, 'runs'), openingError(told, 'runs')]) {
      const everything = inspect(shown, { depth: 20, showHidden: true })
      expect(everything).toContain('InvalidAccessKeyId')
      expect(everything).not.toContain('hunter2')
    }
  })
})
