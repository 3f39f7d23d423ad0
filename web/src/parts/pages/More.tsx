import type { ComponentChildren } from 'preact'

/** How much is shown, and more of it. */
export function More({ shown, of, more, onMore }: { shown: number; of?: ComponentChildren; more: boolean; onMore: () => void }) {
  if (!more) return null
  return <p class="more-rows note">The first {shown}{of}. <button type="button" class="quiet text" onClick={onMore}>Show more</button></p>
}
