import { expect, it, vi } from 'vitest'

// The address is read when the module is.
vi.stubGlobal('location', { pathname: '/pages', search: '' })
vi.stubGlobal('addEventListener', () => undefined)

it('counts back from the end of the range', async () => {
  const { moment } = await import('./ask')

  expect(moment({ to: 'now' }, 14)).toBe('-14d')
  expect(moment({ to: '2026-11-28T12:00:00Z' }, 14)).toBe('2026-11-14T12:00:00Z')
})
