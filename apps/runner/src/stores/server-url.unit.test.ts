import { describe, expect, it } from 'vitest'
import { shownUrl } from './server-url.ts'

describe('a URL that is shown', () => {
  it.each([
    'sqlite:.mfm/runs.db',
    'file:documents#1',
    'memory:',
    'redis://cache:6379/0?cluster=true',
    's3://bucket/prefix?endpoint=https://s3.example.com/&region=eu-central-1',
  ])('is %s as it is', (url) => {
    expect(shownUrl(url)).toBe(url)
  })

  it.each([
    'postgres://mfm:hunter22@db/mfm',
    'redis://:hunter22@cache',
    'redis://u:1#hunter22@cache',
    'redis://u:p#hunter22@cache',
    's3://bucket?endpoint=http://u:hunter22@s3.example.com',
    'postgres://db/mfm?password=hunter22',
    's3://bucket?secretAccessKey=hunter22',
  ])('is not %s', (url) => {
    expect(shownUrl(url)).not.toContain('hunter22')
    expect(shownUrl(url)).not.toBe('')
  })
})
