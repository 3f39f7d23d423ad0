/* Series as the text of SVG paths. Coordinates are pixels, with one digit behind the point. */

/** A box for each value between where it begins and where it ends on the y axis. Values without height leave no box. */
export function barsPath(edges: readonly (readonly [number, number])[], tops: readonly number[], bottoms: readonly number[]): string {
  let path = ''
  for (let place = 0; place < edges.length; place++) {
    const [left, right] = edges[place]!
    const [top, bottom] = [tops[place]!, bottoms[place]!]
    if (bottom - top > 0.05 && right > left) path += `M${digit(left)} ${digit(bottom)}V${digit(top)}H${digit(right)}V${digit(bottom)}Z`
  }
  return path
}

/** A line through the values. A hole interrupts it; a value between two holes is a dot, which round line ends show. */
export function linePath(xs: readonly number[], ys: readonly (number | null)[]): string {
  let path = ''
  for (let place = 0; place < xs.length; place++) {
    const y = ys[place]
    if (y === null || y === undefined) continue
    const before = ys[place - 1]
    path += `${before === null || before === undefined ? 'M' : 'L'}${digit(xs[place]!)} ${digit(y)}`
    if ((before === null || before === undefined) && (ys[place + 1] === null || ys[place + 1] === undefined)) path += 'h0'
  }
  return path
}

function digit(value: number): string {
  return String(Math.round(value * 10) / 10)
}
