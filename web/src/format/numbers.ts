const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const scales = ['', 'k', 'M', 'G', 'T', 'P']

/** 999, 1.2k, 34M: at most three digits that matter. */
export function compact(value: number): string {
  const size = Math.abs(value)
  if (size < 1000) return Number.isInteger(value) ? String(value) : digits(value)
  const power = Math.min(Math.floor(Math.log10(size) / 3 + 1e-9), scales.length - 1)
  const text = digits(value / 1000 ** power)
  // 999,950 is not 1000k.
  return Math.abs(Number(text)) >= 1000 && power < scales.length - 1 ? `${digits(value / 1000 ** (power + 1))}${scales[power + 1]}` : `${text}${scales[power]}`
}

/** 1,234,567 */
export function exact(value: number): string {
  return Number.isInteger(value) ? plain.format(value) : value.toLocaleString('en', { maximumFractionDigits: 3 })
}

/** Bytes in powers of 1,000, as CloudFront's bills count them. */
export function bytes(value: number): string {
  if (Math.abs(value) < 1000) return `${Math.round(value)} B`
  const text = compact(value)
  return `${text.slice(0, -1)} ${text.slice(-1)}B`
}

/** Seconds as µs, ms, s, min, h or d. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds)
  if (size === 0) return '0 s'
  if (size < 0.001) return `${digits(seconds * 1e6)} µs`
  if (size < 1) return `${digits(seconds * 1000)} ms`
  if (size < 120) return `${digits(seconds)} s`
  if (size < 7200) return `${digits(seconds / 60)} min`
  return size < 172_800 ? `${digits(seconds / 3600)} h` : `${digits(seconds / 86_400)} d`
}

/** A share of 0 to 1 in percent. */
export function percent(share: number): string {
  const value = share * 100
  return `${value !== 0 && Math.abs(value) < 10 ? value.toFixed(Math.abs(value) < 0.1 ? 2 : 1) : Math.round(value)} %`
}

/** A change of -1 to …, with its sign; from ten times on as a factor. */
export function change(share: number): string {
  if (share >= 9) return `×${compact(Math.round(share + 1))}`
  const value = Math.round(share * 100)
  return value === 0 ? '±0 %' : `${value > 0 ? '+' : '−'}${Math.abs(value)} %`
}

/** The difference of two shares in percentage points. */
export function points(difference: number): string {
  const value = Math.round(difference * 1000) / 10
  return value === 0 ? '±0 pp' : `${value > 0 ? '+' : '−'}${Math.abs(value)} pp`
}

/** How many of one thing come on one of another: 8.6 : 1. */
export function perOne(value: number): string {
  return `${compact(value)} : 1`
}

export type Unit = 'count' | 'bytes' | 'seconds' | 'ratio' | 'perOne'

export function inUnit(value: number | null, unit: Unit): string {
  if (value === null) return '–'
  switch (unit) {
    case 'count': return compact(value)
    case 'bytes': return bytes(value)
    case 'seconds': return duration(value)
    case 'ratio': return percent(value)
    case 'perOne': return perOne(value)
  }
}

function digits(value: number): string {
  const size = Math.abs(value)
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)))
}
