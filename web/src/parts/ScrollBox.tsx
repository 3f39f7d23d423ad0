import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** What is too wide scrolls within its own box. Only then is the box a stop of the keyboard, which scrolls it. The one child stays as long as the box. */
export function ScrollBox({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  const root = useRef<HTMLDivElement>(null)
  const [scrolls, setScrolls] = useState(false)
  useLayoutEffect(() => {
    const box = root.current!
    const measure = () => setScrolls(box.scrollWidth > box.clientWidth)
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(box)
    watch.observe(box.firstElementChild!)
    return () => watch.disconnect()
  }, [])
  return <div class="scroll-x" ref={root} {...(scrolls && { 'tabIndex': 0, 'role': 'region', 'aria-label': name })}>{children}</div>
}
