/*
 * The first question of a screen is on its way before the screen's code is there. Who asks the same, by the same key, takes the answer
 * that comes instead of asking again.
 */

const begun = new Map<string, Promise<unknown>>()

/** Asks now, for whoever will want to know. */
export function begin<T>(key: string, ask: () => Promise<T>): void {
  const answer = ask()
  // Whoever takes it sees the failure; if nobody does, it is nobody's.
  answer.catch(() => undefined)
  begun.set(key, answer)
}

/** The answer on its way to a question, once. */
export function taken<T>(key: string): Promise<T> | undefined {
  const answer = begun.get(key)
  begun.delete(key)
  return answer as Promise<T> | undefined
}

/** What nobody took by now would be old when somebody does. */
export function forget(): void {
  begun.clear()
}
