/** What this browser remembers. Without storage (private windows may refuse it) it forgets, and nothing else happens. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`cistern.${name}`)
  } catch {
    return null
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`cistern.${name}`)
    else localStorage.setItem(`cistern.${name}`, value)
  } catch {
    // Not kept.
  }
}
