import { expect, it } from 'vitest'
import { begin, forget, taken } from './early'

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
