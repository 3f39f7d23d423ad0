let names: Intl.DisplayNames | null = null

/** "Germany · DE" for DE; what is no country code stays as it is. */
export function countryName(code: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code
  names ??= new Intl.DisplayNames('en', { type: 'region' })
  const name = names.of(code)
  return name === undefined || name === code ? code : `${name} · ${code}`
}
