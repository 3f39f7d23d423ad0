import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { textOf } from './States'

export interface Doing {
  readonly busy: boolean
  readonly problem: Error | null
  /** Runs an action; `done` gets what it brought. */
  readonly run: <T>(action: Promise<T>, done?: (result: T) => void) => void
}

/** One action at a time, and why the last one failed. */
export function useDoing(): Doing {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Error | null>(null)
  return {
    busy, problem,
    run: (action, done) => {
      setBusy(true)
      setProblem(null)
      action.then(result => { setBusy(false); done?.(result) }, (error: Error) => { setBusy(false); setProblem(error) })
    },
  }
}

export function Problem({ of }: { of: Doing }) {
  return of.problem === null ? null : <p class="problem" role="alert">{textOf(of.problem)}</p>
}

/** A field with its label above it. */
export function Labelled({ label, children }: { label: string; children: ComponentChildren }) {
  return <label class="field"><span>{label}</span>{children}</label>
}
