import { expect, it, vi } from 'vitest'
import { begin, forget, taken, whenFree } from './early'

it('gives an answer to the first who asks the same, and to nobody after', async () => {
  begin('a', () => Promise.resolve(1))

  expect(taken('b')).toBeUndefined()
  expect(await taken('a')).toBe(1)
  expect(taken('a')).toBeUndefined()
})

it('forgets what nobody took', () => {
  begin('a', () => Promise.resolve(1))

  forget()

  expect(taken('a')).toBeUndefined()
})

it('hands a failure to who takes it, and to nobody else', async () => {
  begin('a', () => Promise.reject(new Error('gone')))

  await expect(taken('a')).rejects.toThrow('gone')
})

it('lets others ask when the first answer is there, whatever it is', async () => {
  const order: string[] = []
  let fail = (_: Error) => {}
  begin('a', () => new Promise((_, reject) => { fail = reject }).finally(() => order.push('first')))

  const other = whenFree(() => { order.push('other'); return Promise.resolve(2) })
  await Promise.resolve()
  expect(order).toEqual([])
  fail(new Error('gone'))

  expect(await other).toBe(2)
  expect(order).toEqual(['first', 'other'])
  taken('a')
})

it('keeps others waiting for all that was begun, but not for ever', async () => {
  vi.useFakeTimers()
  begin('a', () => new Promise(() => {}))
  begin('b', () => Promise.resolve(1))
  const asked = vi.fn(() => Promise.resolve(2))
  void whenFree(asked)

  await vi.advanceTimersByTimeAsync(900)
  expect(asked).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(200)
  expect(asked).toHaveBeenCalledOnce()
  await whenFree(asked)
  vi.useRealTimers()
})
