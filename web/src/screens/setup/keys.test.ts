import { beforeAll, describe, expect, test, vi } from 'vitest'

// The client's stores look at the browser when they are made.
beforeAll(() => {
  vi.stubGlobal('addEventListener', () => undefined)
  vi.stubGlobal('location', { pathname: '/', search: '' })
})

describe('fieldOf', () => {
  test.each([
    [409, 'key-name-taken', "cannot make a key named 'stream': there is one, perhaps revoked; choose another name", 'name'],
    [400, 'key-invalid', "cannot make a key that expired at 2026-01-01 00:00:00Z; give a time to come", 'expires'],
    [400, 'key-invalid', 'cannot make a key without a scope; choose among ingest, read, admin', 'scopes'],
    [400, 'key-invalid', "cannot make a key named 'expires scope': a name has 1 to 64 characters", 'name'],
    [400, 'parameter-invalid', 'cannot use streams: it must be a list of texts, none of them empty', 'stream'],
    [403, 'forbidden', 'the key may not administer: its scope is read', null],
    [503, 'unavailable', 'the keys file of that name cannot be written', null],
  ])('of %i %s is the one it is about', async (status, kind, text, field) => {
    const { fieldOf } = await import('./keys')
    const { Refused } = await import('../../api/client')
    expect(fieldOf(new Refused(status, text, kind, null))).toBe(field)
  })
})
