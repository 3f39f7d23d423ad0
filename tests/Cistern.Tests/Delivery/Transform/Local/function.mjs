// A transformation function as a small script: speaks the Lambda Runtime API. What it does with an event is its first argument.
import { request } from 'node:http'

const [mode, extra] = process.argv.slice(2)
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path: `/2018-06-01/runtime/${path}`, headers }, answer => {
      const parts = []
      answer.on('data', part => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const text = record => Buffer.from(record.data, 'base64').toString()
const ok = (record, data) => ({ recordId: record.recordId, result: 'Ok', data: Buffer.from(data).toString('base64') })
const upper = event => ({ records: event.records.map(record => ok(record, text(record).toUpperCase())) })

// The tutorial's function: skips what is too short with `continue`, and never answers for it.
function tutorial(event) {
  const output = []
  for (const record of event.records) {
    if (text(record).split('\t').length < 12) continue
    output.push(ok(record, text(record)))
  }
  return { records: output }
}

const modes = {
  upper,
  tutorial,
  throws() { throw new TypeError('no such field') },
  hangs: () => new Promise(() => setInterval(() => {}, 1000)),
  rubbish: () => 'what?',
  exits() { console.error('cannot go on'); process.exit(3) },
  big: () => ({ records: [], pad: 'x'.repeat(7 << 20) }),
  once: event => { setTimeout(() => process.exit(0), 1); return upper(event) },
  variables: event => ({ records: event.records.map(record => ok(record, JSON.stringify(
    Object.fromEntries(['AWS_REGION', 'AWS_LAMBDA_FUNCTION_NAME', '_HANDLER'].map(name => [name, process.env[name]]))))) }),
  pid: async event => {
    await new Promise(resolve => setTimeout(resolve, Number(extra ?? 0)))
    return { records: event.records.map(record => ok(record, String(process.pid))) }
  },
}

if (mode === 'init') {
  await call('POST', 'init/error', JSON.stringify({ errorType: 'Runtime.NoModule', errorMessage: 'cannot find module' }))
  process.exit(1)
}

process.on('SIGTERM', () => { if (mode !== 'hangs') process.exit(0) })
console.log(`function ${mode} waits`)
while (true) {
  const next = await call('GET', 'invocation/next')
  const id = next.headers['lambda-runtime-aws-request-id']
  try {
    const made = await modes[mode](JSON.parse(next.body), next.headers)
    const body = typeof made === 'string' ? made : JSON.stringify(made)
    await call('POST', `invocation/${id}/response`, body)
  } catch (error) {
    await call('POST', `invocation/${id}/error`, JSON.stringify({ errorType: error.name, errorMessage: error.message }))
  }
}
