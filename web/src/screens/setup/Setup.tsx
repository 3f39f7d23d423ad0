import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ask, search } from '../../api/client'
import { type Asked, useAsked } from '../../api/use'
import { Failed, Loading } from '../../parts/States'
import { useZone } from '../../state/zone'
import { askFacts, factsKey, type SetupFacts } from './ask'
import { kindOf } from './address'
import { AddressStep } from './AddressStep'
import { streamFor, type Delivery } from './envelope'
import { FieldStep } from './FieldStep'
import { rangesOf } from './fieldList'
import { KeyStep } from './KeyStep'
import { Keys } from './Keys'
import type { Key, Made } from './keys'
import { OtherWays } from './OtherWays'
import { Rules } from './rules/Rules'
import { TestStep } from './TestStep'
import { WaitStep } from './WaitStep'
import './setup.css'

/** What a key brought changes while somebody watches for the first record. */
const keysEveryMs = 10_000

const addressTitle = 'Point the stream here'

/** From a key to the first record, step by step. What is chosen here is gone with the page: the key's secret is told once and kept nowhere. */
export function Setup() {
  const tz = useZone()
  const facts = useAsked(factsKey, askFacts)
  const keys = useAsked(`keys ${tz}`, signal => ask<{ keys: readonly Key[] }>(`/api/keys?${search({ tz })}`, { signal }).then(answer => answer.keys), keysEveryMs)
  const [made, setMade] = useState<Made | null>(null)
  const [chosen, setChosen] = useState('')
  const key = made?.key ?? keys.data?.find(one => one.name === chosen) ?? null
  return (
    <div class="setup">
      <ol class="steps">
        <Step number={1} title="Make a key for the stream" done={key !== null}>
          <KeyStep keys={keys} made={made} chosen={chosen} onMade={setMade} onChoose={name => { setMade(null); setChosen(name) }} />
        </Step>
        <Known facts={facts}>{known => <StreamSteps known={known} keyOf={key} secret={made?.secret ?? null} />}</Known>
      </ol>
      <Keys keys={keys} tz={tz} />
      <OtherWays />
      <Rules tz={tz} />
    </div>
  )
}

function Known({ facts, children }: { facts: Asked<SetupFacts>; children: (known: SetupFacts) => ComponentChildren }) {
  if (facts.data !== null) return <>{children(facts.data)}</>
  return <Step number={2} title={addressTitle}>{facts.error === null ? <div class="coming"><Loading height={200} /></div> : <Failed error={facts.error} />}</Step>
}

function StreamSteps({ known, keyOf, secret }: { known: SetupFacts; keyOf: Key | null; secret: string | null }) {
  const [path, setPath] = useState(known.endpoints[0]?.path ?? '/firehose')
  const [numbers, setNumbers] = useState<readonly number[]>(known.fields.filter(field => field.recommended).map(field => field.number))
  const pattern = keyOf?.streams[0] ?? ''
  const [stream, setStream] = useState(streamFor(pattern))
  const [arrived, setArrived] = useState(false)
  useEffect(() => setStream(streamFor(pattern)), [pattern])
  const fields = known.fields.filter(field => numbers.includes(field.number))
  // What CloudWatch sends has no fields to choose, and is not tried with a line of a request.
  const lines = !['logs', 'metrics'].includes(kindOf(path))
  const delivery: Delivery = { url: location.origin + path, secret, stream, fields: fields.map(field => field.name), list: rangesOf(numbers) }
  return (
    <>
      <Step number={2} title={addressTitle}><AddressStep endpoints={known.endpoints} path={path} onPath={setPath} delivery={delivery} /></Step>
      {lines && <Step number={3} title="Choose the fields of the log"><FieldStep fields={known.fields} chosen={numbers} onChoose={setNumbers} /></Step>}
      {lines && <Step number={4} title="Send a test record"><TestStep delivery={delivery} onStream={setStream} /></Step>}
      <Step number={lines ? 5 : 3} title="See it arrive" done={arrived}><WaitStep name={keyOf?.name ?? null} onArrived={setArrived} /></Step>
    </>
  )
}

function Step({ number, title, done = false, children }: { number: number; title: string; done?: boolean; children: ComponentChildren }) {
  return (
    <li class={`step ${done ? 'done' : ''}`}>
      <span class="step-number" aria-hidden="true">{number}</span>
      <div class="step-body">
        <h2><span class="hidden-text">Step {number}: </span>{title}{done && <span class="step-state"> · done</span>}</h2>
        {children}
      </div>
    </li>
  )
}
