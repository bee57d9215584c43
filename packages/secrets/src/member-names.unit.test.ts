import { describe, expect, it } from 'vitest'
import { endsTelling, judgeName } from './member-names.ts'

describe('a member name tells of a secret', () => {
  it.each([
    ['password', 'password'],
    ['Password', 'password'],
    ['db_password', 'password'],
    ['userPasswordConfirmation', 'password'],
    ['PASSWORD_2', 'password'],
    ['smtp-pass', 'password'],
    ['pass phrase', 'password'],
    ['privateKey', 'secret_key'],
    ['private_key_pem', 'secret_key'],
    ['AWS_SECRET_ACCESS_KEY', 'secret_key'],
    ['aws.secretAccessKey', 'secret_key'],
    ['clientSecret', 'secret_key'],
    ['X-API-Key', 'api_key'],
    ['xApiKey', 'api_key'],
    ['APIKey', 'api_key'],
    ['apikeys', 'api_key'],
    ['access_token', 'access_token'],
    ['accesstoken', 'access_token'],
    ['IDToken', 'access_token'],
    ['X-Vault-Token', 'access_token'],
    ['x-amz-security-token', 'access_token'],
    ['Authorization', 'authorization'],
    ['proxy-authorization', 'authorization'],
    ['Set-Cookie', 'cookie'],
    ['seedPhrase', 'recovery_phrase'],
    ['mnemonic', 'recovery_phrase'],
    ['DEPLOYER_KEY', 'private_key_hex'],
    ['newPassword2Value', 'password'],
  ])('%s: %s', (name, rule) => {
    expect(judgeName(name)?.rule).toBe(rule)
  })

  it.each([
    'liquid_token',
    'bid_token',
    'paid_tokens',
    'token',
    'tokens',
    'next_page_token',
    'x_token',
    'key',
    'publicKey',
    'primary_key',
    'authorization_status',
    'authorizationId',
    'authorization_endpoint',
    'password_reset_url',
    'passwordHint',
    'password_min_length',
    'hasPasswordChanged',
    'forgotPassword',
    'wrong_password',
    'publicApiKey',
    'public_access_token',
    'secretName',
    'secret_key_ref',
    'secretary',
    'cookieName',
    'cookies_policy',
    'token_type',
    'access_key_id',
    'api_key_id',
    'passenger',
    'bypass_',
    'monkey',
    'idToken_hint',
    'accessTokenUrl',
    '',
    `password_${'x'.repeat(200)}`,
    'x'.repeat(200),
    'пароль',
    '123',
  ])('%s tells of none', (name) => {
    expect(judgeName(name)).toBeUndefined()
  })

  it('never loses a telling name to the cheap question', () => {
    for (const name of [
      'password',
      'PassWord_12',
      'apiKeyB64',
      'X-Foo-Token',
      'privKeys',
      'secret.value',
    ]) {
      expect([name, endsTelling(name, name.length)]).toEqual([name, true])
    }
  })
})
