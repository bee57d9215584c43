import { describe, expect, it } from 'vitest'
import { couldBeSecret } from './field-values.ts'
import { judgeName } from './member-names.ts'

function isSecretUnder(name: string, value: string): boolean {
  const verdict = judgeName(name)
  return verdict !== undefined && couldBeSecret(value, verdict)
}

/** Built here, so that no file holds what looks like a token. */
const OPAQUE = ['q7R2', 'xW9k', 'Zp4T', 'm8Vb', 'n3Lc'].join('')

describe('a value under a telling name', () => {
  it.each([
    ['password', 'hunter2'],
    ['password', 'abc'],
    ['password', 'correct horse battery staple'],
    ['password', 'пароль123'],
    ['passphrase', ' padded '],
    ['password', '$2b$10$abcdefghijklmnopqrstuv'],
    ['api_key', OPAQUE],
    ['access_token', '123e4567-e89b-42d3-a456-426614174000'],
    ['secret', `/${OPAQUE}/${OPAQUE}`],
    ['authorization', `Bearer ${OPAQUE}`],
    ['authorization', OPAQUE],
    ['authorization', 'Digest username="ada", realm="x", response="12345678"'],
    ['cookie', 'sid=1; theme=dark'],
    ['cookie', 'sid=[secret:session]; theme=dark'],
    ['mnemonic', 'ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf'],
    ['seed', `0x${'ab12'.repeat(16)}`],
  ])('%s: %j is one', (name, value) => {
    expect(isSecretUnder(name, value)).toBe(true)
  })

  it.each([
    ['password', ''],
    ['password', '   '],
    ['password', 'Password'],
    ['password', 'required'],
    ['password', 'string'],
    ['password', 'string | undefined'],
    ['password', 'true'],
    ['password', '********'],
    ['password', 'xxxxxxxx'],
    ['password', '<password>'],
    ['password', ['$', '{DB_PASSWORD}'].join('')],
    ['password', '{{ password }}'],
    ['password', '$PASSWORD'],
    ['password', 'DB_PASSWORD'],
    ['password', 'process.env.DB_PASSWORD'],
    ['password', 'vault:secret/data/db'],
    ['password', '(sensitive value)'],
    ['password', '[secret:db]'],
    ['password', '[redacted:password:0011223344556677]'],
    ['password', 'is too short (minimum is 8 characters)'],
    ['password', 'Le mot de passe'],
    ['api_key', 'header'],
    ['api_key', 'YOUR_API_KEY'],
    ['api_key', 'your-api-key-here'],
    ['access_token', 'https://login.example.com/token'],
    ['access_token', 'data.access_token'],
    ['secret', 'db-secret-2'],
    ['pwd', '/home/ada/work/a1b2c3d4'],
    ['authorization', 'approved'],
    ['authorization', 'Bearer <token>'],
    ['authorization', 'Bearer [secret:api]'],
    ['authorization', 'Basic auth'],
    ['cookie', 'chocolate chip'],
    ['cookie', 'sid=[secret:session]'],
    ['mnemonic', 'MOV'],
    ['mnemonic', 'a mnemonic is a phrase that helps people to remember a long row of things'],
    ['seed', '42'],
    ['seed', `0x${'0'.repeat(64)}`],
    ['publicKey', 'ab12'.repeat(16)],
  ])('%s: %j is none', (name, value) => {
    expect(isSecretUnder(name, value)).toBe(false)
  })
})
