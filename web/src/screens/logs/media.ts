import { useEffect, useState } from 'preact/hooks'

const narrow = '(max-width: 760px)'

/** Whether the screen is a phone's; the same width as in the styles. */
export function isNarrow(): boolean {
  return matchMedia(narrow).matches
}

/** The same, also when it changes. */
export function useNarrow(): boolean {
  const [is, setIs] = useState(isNarrow)
  useEffect(() => {
    const query = matchMedia(narrow)
    const changed = () => setIs(query.matches)
    changed()
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [])
  return is
}
