import { Store } from '../state/store'

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value }

export interface Column {
  readonly name: string
  readonly type: string
  readonly unit?: string
}

export interface Meta {
  readonly rowsRead: number
  readonly elapsedMs: number
  readonly from: string
  readonly to: string
  readonly tz: string
  readonly bucket?: string
  readonly scaled?: boolean
  readonly note?: string
  readonly cursor?: string | null
  /** The share of the rows behind the range that the rules in force classified; left out if it is all of them. */
  readonly rules?: number
}

export interface Answer {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
  readonly meta: Meta
}

export interface Question {
  readonly signal?: string
  readonly from: string
  readonly to: string
  /** Without any the first of the signal. */
  readonly measures?: readonly string[]
  readonly by?: readonly string[]
  readonly where?: string
  readonly having?: string
  readonly order?: string
  readonly limit?: number
  readonly compare?: boolean
  readonly tz?: string
}

export interface Facet {
  readonly field: string
  readonly values: readonly { readonly value: Value; readonly count: number }[]
}

export type Session = 'signed-in' | 'signed-out'

/** Whether this browser may read, as far as is known: nobody waits to ask, the first answer that refuses says so. Any later one can too. */
export const session = new Store<Session>('signed-in')

/** When the server last answered, null if it never did, and whether it does now. */
export const reach = new Store<{ readonly lost: boolean; readonly last: number | null }>({ lost: false, last: null })

/** A refusal of the server, as problem details. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly kind: string,
    readonly position: number | null,
  ) {
    super(message)
  }
}

/** Nobody answered: the server is stopped, or the way to it is broken. */
export class Unreachable extends Error {}

export interface Ask {
  readonly method?: string
  readonly body?: unknown
  /** A body that is sent as it is, as text/plain. */
  readonly text?: string
  readonly signal?: AbortSignal
}

/** Asks the server for JSON. Throws `Refused` or `Unreachable`; an abort throws the browser's AbortError. */
export async function ask<T>(path: string, options: Ask = {}): Promise<T> {
  const answer = await reachFor(path, options)
  if (!answer.ok) throw await refusalOf(answer)
  return (answer.status === 204 ? null : await answer.json()) as T
}

export function query(question: Question, signal?: AbortSignal): Promise<Answer> {
  return ask<Answer>('/api/query', { method: 'POST', body: question, ...(signal && { signal }) })
}

/** `params` without what is null or empty, as a query string. */
export function search(params: Readonly<Record<string, string | number | readonly string[] | null | undefined>>): string {
  const out = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === '') continue
    out.append(name, typeof value === 'object' ? value.join(',') : String(value))
  }
  return out.toString()
}

async function reachFor(path: string, options: Ask): Promise<Response> {
  try {
    const answer = await fetch(path, {
      method: options.method ?? 'GET',
      headers: options.text !== undefined ? { 'Content-Type': 'text/plain' } : options.body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: options.text ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: options.signal ?? null,
      credentials: 'same-origin',
    })
    reach.set({ lost: false, last: Date.now() })
    return answer
  } catch (error) {
    if (options.signal?.aborted === true) throw error
    reach.set({ lost: true, last: reach.value.last })
    throw new Unreachable('the server does not answer')
  }
}

async function refusalOf(answer: Response): Promise<Refused> {
  if (answer.status === 401) session.set('signed-out')
  try {
    const problem = (await answer.json()) as { type?: string; detail?: string; title?: string; position?: number }
    return new Refused(
      answer.status, problem.detail ?? problem.title ?? `the server answered ${answer.status}`,
      problem.type?.split(':').pop() ?? '', problem.position ?? null)
  } catch {
    return new Refused(answer.status, `the server answered ${answer.status}`, '', null)
  }
}
