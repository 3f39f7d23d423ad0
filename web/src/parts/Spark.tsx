/** A small line without axes. What it shows is said in numbers beside it, so it is hidden from screen readers. */
export function Spark({ values, width = 120, height = 28 }: { values: readonly (number | null)[]; width?: number; height?: number }) {
  const known = values.filter((value): value is number => value !== null)
  if (known.length < 2) return <svg class="spark" width={width} height={height} aria-hidden="true" />
  const top = Math.max(...known)
  const bottom = Math.min(0, ...known)
  const x = (place: number) => (place / (values.length - 1)) * (width - 2) + 1
  const y = (value: number) => height - 2 - ((value - bottom) / (top - bottom || 1)) * (height - 4)
  let line = ''
  let pen = 'M'
  values.forEach((value, place) => {
    if (value === null) {
      pen = 'M'
      return
    }
    line += `${pen}${x(place).toFixed(1)} ${y(value).toFixed(1)}`
    pen = 'L'
  })
  return (
    <svg class="spark" width="100%" height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={line} vector-effect="non-scaling-stroke" />
    </svg>
  )
}
