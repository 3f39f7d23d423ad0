import { expect, it } from 'vitest'
import { csvOf } from './csv'

it.each([
  ['plain', 'plain'],
  ['', '""'],
  [null, ''],
  [-1.5, '-1.5'],
  [true, 'true'],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', '\'=1+1'],
  ['+49', '\'+49'],
  ['-1', '\'-1'],
  ['@x', '\'@x'],
  ['\tx', '\'\tx'],
  ['=a,"b"', '"\'=a,""b"""'],
] as const)('writes %j as %s', (value, text) => expect(csvOf(['x'], [[value]])).toBe(`x\r\n${text}\r\n`))

it('writes the header also without rows', () => expect(csvOf(['Agent', 'Page reads'], [])).toBe('Agent,Page reads\r\n'))
