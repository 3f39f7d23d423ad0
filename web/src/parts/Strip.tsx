/** Shares of a whole beside each other. They are said in words too, so it is hidden from screen readers. */
export function Strip({ parts, width = 48 }: { parts: readonly { readonly color: string; readonly count: number }[]; width?: number }) {
  const total = parts.reduce((sum, part) => sum + part.count, 0) || 1
  let left = 0
  return (
    <svg class="strip" width={width} height="9" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {parts.map(({ color, count }) => {
        const x = left
        left += count / total
        return count > 0 && <rect key={color} x={x} width={count / total} height="1" style={{ fill: `var(${color})` }} />
      })}
    </svg>
  )
}
