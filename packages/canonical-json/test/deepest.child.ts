import { canonicalize, diffJson, parseJson } from '../src/index.ts'

const text = `${'[{"a":'.repeat(500)}1${'}]'.repeat(500)}`
const value = parseJson(text)
const same = canonicalize(value) === text && diffJson(value, parseJson(text)).length === 0
process.stdout.write(same ? 'same' : 'other')
