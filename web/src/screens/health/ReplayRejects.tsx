import { useState } from 'preact/hooks'
import { ask, search } from '../../api/client'
import { useAsked } from '../../api/use'
import { compact, exact } from '../../format/numbers'
import { ago } from '../../format/times'
import { textOf } from '../../parts/States'
import { Visible } from '../../parts/Visible'
import { refreshNow } from '../../state/refresh'

interface RejectReplay {
  readonly state: 'running' | 'done' | 'failed'
  readonly ended: string | null
  readonly rejects: number
  readonly rows: number
  readonly repeats: number
  readonly rejected: number
  readonly message: string | null
}

const lookEveryMs = 3000

/** Sends the rejects of the range to the server again: after an upgrade it may read them. They stay as they are. */
export function ReplayRejects({ from, to, where }: { from: string; to: string; where: string }) {
  const asked = useAsked('replay of rejects', signal => ask<{ replay: RejectReplay | null }>('/api/rejects/replay', { signal }), lookEveryMs)
  const [failed, setFailed] = useState<Error | null>(null)
  const [asking, setAsking] = useState(false)
  const replay = asked.data?.replay ?? null
  const running = asking || replay?.state === 'running'
  const press = async () => {
    setAsking(true)
    setFailed(null)
    try {
      await ask(`/api/rejects/replay?${search({ from, to, where })}`, { method: 'POST' })
      refreshNow()
    } catch (error) {
      setFailed(error as Error)
    } finally {
      setAsking(false)
    }
  }
  return (
    <>
      <span class={`note ${failed !== null || replay?.state === 'failed' ? 'problem' : ''}`} role="status">
        {failed !== null ? textOf(failed) : replay === null ? '' : <>{textOfReplay(replay)}{replay.message !== null && <>: <Visible text={replay.message.slice(0, 300)} /></>}</>}
      </span>
      <button type="button" class="small" title="Send them again, as after an upgrade or a change of settings. What can be read now becomes rows; the rejects stay." aria-disabled={running} onClick={() => { if (!running) void press() }}>
        {running ? 'Replaying …' : 'Replay'}<span class="hidden-text"> the rejected records of this range</span>
      </button>
    </>
  )
}

export function textOfReplay(replay: RejectReplay): string {
  if (replay.state === 'running') return `${exact(replay.rejects)} so far`
  const when = replay.ended === null ? '' : ` ${ago(Date.parse(replay.ended), Date.now())}`
  return replay.state === 'failed' ? `Stopped${when}` : `Replayed ${compact(replay.rejects)}${when}: ${compact(replay.rows)} new rows, ${compact(replay.repeats)} known, ${compact(replay.rejected)} rejected again`
}
