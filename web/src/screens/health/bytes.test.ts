import { describe, expect, test } from 'vitest'
import { bytesOfBase64, hexLines, shortened, textOfBytes } from './bytes'

const utf8 = (text: string) => new TextEncoder().encode(text)

describe('bytesOfBase64', () => {
  test('gives every byte back', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    expect(bytesOfBase64(btoa(String.fromCharCode(...all)))).toEqual(all)
  })
  test('is null for what is no base64', () => expect(bytesOfBase64('a!')).toBeNull())
  test('nothing is no bytes', () => expect(bytesOfBase64('')).toEqual(new Uint8Array()))
})

describe('textOfBytes', () => {
  test('does not cut through a character', () => {
    expect(textOfBytes(utf8('aä€𝄞'), 4)).toBe('aä')
    expect(textOfBytes(utf8('aä€𝄞'), 6)).toBe('aä€')
    expect(textOfBytes(utf8('aä€𝄞'), 9)).toBe('aä€')
    expect(textOfBytes(utf8('aä€𝄞'), 10)).toBe('aä€𝄞')
  })
  test('shows bytes that are no UTF-8 as such', () => expect(textOfBytes(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\ufffdb'))
  test('keeps a byte order mark, which may be what is wrong', () => expect(textOfBytes(utf8('\ufeffa'))).toBe('\ufeffa'))
})

describe('hexLines', () => {
  test('are those of hexdump -C', () => {
    expect(hexLines(utf8('GET /index.html\tä'))).toEqual([
      '00000000  47 45 54 20 2f 69 6e 64  65 78 2e 68 74 6d 6c 09  |GET /index.html.|',
      '00000010  c3 a4                                             |..|',
    ])
  })
  test('stop at the most that is to be shown', () => {
    const lines = hexLines(new Uint8Array(100), 20)
    expect(lines).toHaveLength(2)
    expect(lines[1]).toBe('00000010  00 00 00 00                                       |....|')
  })
})

describe('shortened', () => {
  test('leaves short texts, without their last newline', () => expect(shortened('abc\r\n', 5)).toBe('abc'))
  test('cuts between characters', () => expect(shortened('𝄞𝄞𝄞𝄞', 3)).toBe('𝄞𝄞…'))
  test('cuts a very long text', () => expect(shortened('a'.repeat(1_000_000), 10)).toBe(`${'a'.repeat(9)}…`))
})
