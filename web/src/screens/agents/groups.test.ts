import { describe, expect, it } from 'vitest'
import type { Answer } from '../../api/client'
import { aiTest } from '../../parts/agents/classes'
import { groupingOf, groupsOf, mayPick, picksOf, textOfPicks } from './groups'

const names = ['agent', 'operator', 'class', 'requests', 'reads', 'delivered_share', 'live_pages', 'bytes_sent', 'error_rate', 'proven_requests', 'impostor_requests', 'unlisted_requests']
const answer = (...rows: Answer['rows']): Answer => ({ columns: names.map(name => ({ name, type: 'text' })), rows, meta: { rowsRead: 0, elapsedMs: 0, from: '', to: '', tz: 'UTC' } })

describe('groupsOf', () => {
  it('reads a line, and names its rows', () => {
    const [group] = groupsOf(answer(['Meta AI', 'Meta', 'training', 100, 60, 0.5, 7, '9007199254740993', 0.25, 80, 5, 0]), 'agent', aiTest)

    expect(group).toMatchObject({ name: 'Meta AI', operator: 'Meta', class: 'training', test: 'agent:"Meta AI" class:training', requests: 100, reads: 60, delivered: 0.5, pages: 7, bytes: 9007199254740992, errors: 0.25 })
    expect(group!.proofs).toEqual({ proven: 80, impostor: 5, unlisted: 0, total: 100 })
    expect(group!.requestsChange).toBeNull()
  })

  it('tells those without a name apart by class and operator', () => {
    const groups = groupsOf(answer(['', '', 'tool', 3, 0, null, 0, 0, null, 0, 0, 0], ['', 'Google', 'search-engine', 2, 0, null, 0, 0, null, 0, 0, 0]), 'agent', aiTest)

    expect(groups.map(group => group.test)).toEqual(['agent:"" class:tool operator:""', 'agent:"" class:search-engine operator:Google'])
  })

  it('leaves out who was there only before', () => expect(groupsOf(answer(['GPTBot', 'OpenAI', 'training', 0, 0, null, 0, 0, null, 0, 0, 0]), 'agent', aiTest)).toEqual([]))

  it('keeps to the classes of the screen where one operator has agents of others', () =>
    expect(groupsOf(answer(['', 'Google', '', 3, 0, null, 0, 0, null, 0, 0, 0]), 'operator', aiTest)[0]!.test).toBe(`operator:Google ${aiTest}`))
})

describe('picks', () => {
  it('come back from the address as they went', () => expect(picksOf(textOfPicks(['GPTBot', 'Meta AI, old']))).toEqual(['GPTBot', 'Meta AI, old']))
  it('are none where the address has none', () => expect([picksOf(null), textOfPicks([])]).toEqual([[], null]))
  it('are six at most', () => {
    const six = ['a', 'b', 'c', 'd', 'e', 'f']
    expect(picksOf('a|b|c|d|e|f|g')).toEqual(six)
    expect([mayPick(six, 'g'), mayPick(six, 'a'), mayPick([], ''), mayPick([], 'x|y')]).toEqual([false, true, false, false])
  })
})

it('groups by agent unless told otherwise', () => expect(['class', 'nonsense', null].map(groupingOf)).toEqual(['class', 'agent', 'agent']))
