/*
 * The first question of a screen is on its way before the screen's code is there. Who asks the same, by the same key, takes the answer
 * that comes instead of asking again. Who asks something else waits until the first numbers are there: the server works for them alone.
 */

const begun = new Map<string, Promise<unknown>>()

/** So long the first answer may keep others waiting. */
const patienceMs = 1000

let open: Promise<unknown> | null = null

/** Asks now, for whoever will want to know. */
export function begin<T>(key: string, ask: () => Promise<T>): void {
  const answer = ask()
  begun.set(key, answer)
  // Whoever takes it sees the failure; if nobody does, it is nobody's.
  const ended = answer.catch(() => undefined)
  const all = Promise.race([Promise.all([open, ended]), new Promise(resolve => setTimeout(resolve, patienceMs))]).then(() => {
    if (open === all) open = null
  })
  open = all
}

/** The answer on its way to a question, once. */
export function taken<T>(key: string): Promise<T> | undefined {
  const answer = begun.get(key)
  begun.delete(key)
  return answer as Promise<T> | undefined
}

/** Asks when nothing that was begun is on its way any more; at once where nothing is. */
export function whenFree<T>(ask: () => Promise<T>): Promise<T> {
  return open === null ? ask() : open.then(ask)
}

/** When what was begun has its answers, or after some time. */
export function answered(waitMs: number): Promise<unknown> {
  return Promise.race([open, new Promise(resolve => setTimeout(resolve, waitMs))])
}

/** What nobody took by now would be old when somebody does. */
export function forget(): void {
  begun.clear()
}
