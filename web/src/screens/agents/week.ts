export const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
export const hours = 24

/** Requests by day (1 is Monday) and hour as a row for each day; 0 where nothing came. */
export function gridOf(points: readonly { readonly day: number; readonly hour: number; readonly requests: number }[]): number[][] {
  const grid = days.map(() => Array.from({ length: hours }, () => 0))
  for (const { day, hour, requests } of points) {
    const values = grid[day - 1]
    if (values !== undefined && hour in values) values[hour]! += requests
  }
  return grid
}

/** How strong a colour a value has. Eyes tell few steps apart, and the least of them must differ from nothing. */
export function levelOf(value: number, most: number): number {
  return [0.25, 0.45, 0.7, 1][Math.min(3, Math.floor((value / most) * 4))]!
}
