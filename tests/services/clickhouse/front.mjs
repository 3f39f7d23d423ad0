// ClickHouse's HTTP interface over chdb, ClickHouse's engine in a library. node front.mjs PORT FOLDER USER:PASSWORD [SESSIONS]
//
// What it speaks: GET /ping; POST / with the statement as `query` or as the body, in which an INSERT's data may follow; `param_NAME`, `database`, `default_format`, `query_id`, `session_id` (settings of a session stay),
// any other parameter as a setting of the statement; Basic credentials or X-ClickHouse-User and -Key; gzip, deflate and brotli of bodies, gzip of answers (enable_http_compression); errors with ClickHouse's status, header
// and text. What it does not: progress headers, its own compression (compress, decompress), external data.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { createBrotliDecompress, createGunzip, createInflate, gzipSync } from 'node:zlib'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const { Session } = require('chdb')
const native = require('@chdb/lib-linux-x64-gnu')

const [port, folder, credentials, sessionCount = '4'] = process.argv.slice(2)
const spool = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'clickhouse-front-'))
mkdirSync(folder, { recursive: true })

const sessions = Array.from({ length: Number(sessionCount) }, () => new Session(folder))
const free = [...sessions]
const waiting = []
const take = () => free.length > 0 ? Promise.resolve(free.pop()) : new Promise(resolve => waiting.push(resolve))
const give = session => waiting.length > 0 ? waiting.shift()(session) : free.push(session)

const reserved = new Set(['query', 'database', 'default_format', 'user', 'password', 'query_id', 'session_id', 'session_timeout', 'session_check', 'compress', 'decompress', 'enable_http_compression',
  'wait_end_of_query', 'buffer_size', 'quota_key', 'role', 'http_response_headers'])
const types = {
  TabSeparated: 'text/tab-separated-values; charset=UTF-8', JSON: 'application/json; charset=UTF-8', JSONCompact: 'application/json; charset=UTF-8', JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  CSV: 'text/csv; charset=UTF-8; header=absent', RowBinary: 'application/octet-stream', RowBinaryWithNamesAndTypes: 'application/octet-stream', Native: 'application/octet-stream',
}
// As ClickHouse's HTTPHandler maps its error codes.
const statuses = new Map([[403, [516, 193, 194, 192]], [404, [46, 47, 60, 81, 115, 344, 392]], [400, [6, 26, 27, 36, 38, 41, 42, 43, 44, 50, 53, 62, 69, 70, 72, 117, 456, 457]], [408, [159]]])
const statusOf = code => [...statuses].find(([, codes]) => codes.includes(code))?.[0] ?? 500

const insertHead = /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?((?:FUNCTION\s+)?[^\s(]+)\s*(\((?:[^()]|\([^()]*\))*\))?\s*(?:SETTINGS\s+([\s\S]*?)\s+)?(?:FORMAT\s+(\w+)|(VALUES))\s*;?/i
const literal = text => `'${String(text).replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`
const run = (session, sql, format, parameters = {}) => Object.keys(parameters).length > 0
  ? native.QueryAsyncConnection(session.connection, sql, format, parameters) : native.QueryAsyncConnection(session.connection, sql, format)

class Refusal extends Error {
  constructor(code, name, text) { super(`Code: ${code}. DB::Exception: ${text}. (${name})`); this.code = code }
}

function bodyOf(request) {
  const inflate = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress }[request.headers['content-encoding']]
  const stream = inflate ? request.pipe(inflate()) : request
  return new Promise((resolve, reject) => {
    const parts = []
    stream.on('data', part => parts.push(part))
    stream.on('end', () => resolve(Buffer.concat(parts)))
    stream.on('error', error => reject(new Refusal(354, 'ZLIB_INFLATE_FAILED', error.message)))
    request.on('error', reject)
  })
}

function checkCredentials(request, query) {
  const basic = request.headers.authorization?.startsWith('Basic ') ? Buffer.from(request.headers.authorization.slice(6), 'base64').toString() : null
  const given = basic ?? `${request.headers['x-clickhouse-user'] ?? query.get('user') ?? 'default'}:${request.headers['x-clickhouse-key'] ?? query.get('password') ?? ''}`
  if (credentials && given !== credentials) {
    throw new Refusal(516, 'AUTHENTICATION_FAILED', `${given.split(':')[0]}: Authentication failed: password is incorrect, or there is no user with such name`)
  }
}

// The statement, and the data of an INSERT that follows it.
function split(query, body) {
  const named = query.get('query') ?? ''
  if (named !== '') return insertHead.test(named) ? { sql: named, data: body } : { sql: body.length > 0 ? `${named}\n${body}` : named, data: null }
  const head = insertHead.exec(body.subarray(0, 65536).toString('latin1'))
  if (!head?.[4]) return { sql: body.toString(), data: null }
  let end = head[0].length
  if (body[end] === 13) end++
  if (body[end] === 10) end++
  return { sql: body.subarray(0, head[0].length).toString(), data: body.subarray(end) }
}

// What a session was set to is kept until another request needs something else: most requests are like the one before.
async function prepare(session, database, settings) {
  if (session.database !== database) {
    session.database = undefined
    await run(session, `USE \`${database.replace(/`/g, '``')}\``, 'Null')
    session.database = database
  }

  const before = session.settings ?? new Map()
  if (before.size === settings.size && [...settings].every(([name, value]) => before.get(name) === value)) return
  if (before.has('readonly')) await run(session, 'SET readonly = DEFAULT', 'Null')
  if (before.size > 0) await run(session, `SET ${[...before.keys()].map(name => `${name} = DEFAULT`).join(', ')}`, 'Null')
  session.settings = new Map()
  for (const name of settings.keys()) {
    if (!/^\w+$/.test(name)) throw new Refusal(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'`)
  }

  if (settings.size > 0) await run(session, `SET ${[...settings].map(([name, value]) => `${name} = ${literal(value)}`).join(', ')}`, 'Null')
  session.settings = settings
}

let spooled = 0

// The engine's own parser reads the data from a file: inline binary data would be cut at the first empty line.
async function insert(session, head, data) {
  const file = join(spool, `insert-${spooled++}`)
  writeFileSync(file, data)
  try {
    return await run(session, `INSERT INTO ${head[1]} ${head[2] ?? ''} FROM INFILE ${literal(file)} COMPRESSION 'none' ${head[3] ? `SETTINGS ${head[3]}` : ''} FORMAT ${head[4]}`, 'Null')
  } finally {
    rmSync(file, { force: true })
  }
}

async function answer(request) {
  const query = new URL(request.url, 'http://front').searchParams
  const body = await bodyOf(request)
  checkCredentials(request, query)
  const { sql, data } = split(query, body)
  const head = insertHead.exec(sql)
  const format = query.get('default_format') ?? request.headers['x-clickhouse-format'] ?? 'TabSeparated'
  const parameters = {}
  const settings = []
  for (const [name, value] of query) {
    if (name.startsWith('param_')) parameters[name.slice(6)] = value
    else if (!reserved.has(name)) settings.push([name, value])
  }

  const database = query.get('database') ?? request.headers['x-clickhouse-database']
  const session = await take()
  try {
    await prepare(session, database ?? 'default', new Map(settings))
    const result = head?.[4] && data ? await insert(session, head, data) : await run(session, head?.[5] && data?.length ? `${sql} ${data}` : sql, format, parameters)
    const shown = head ? 'TabSeparated' : /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(sql)?.[1] ?? format
    return {
      bytes: Buffer.from(result.bytes ?? Buffer.alloc(0)), gzip: query.get('enable_http_compression') === '1' && /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''),
      headers: {
        'Content-Type': types[shown] ?? 'text/plain; charset=UTF-8', 'X-ClickHouse-Query-Id': query.get('query_id') ?? randomUUID(), 'X-ClickHouse-Format': shown, 'X-ClickHouse-Timezone': 'UTC',
        'X-ClickHouse-Summary': JSON.stringify({ read_rows: String(result.rowsRead ?? 0), read_bytes: String(result.bytesRead ?? 0), written_rows: String(head ? result.rowsRead ?? 0 : 0) }),
      },
    }
  } finally {
    give(session)
  }
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://front')
  if (pathname === '/ping' || (request.method === 'GET' && !searchParams.has('query'))) return response.writeHead(200).end('Ok.\n')
  try {
    const { bytes, gzip, headers } = await answer(request)
    response.writeHead(200, gzip ? { ...headers, 'Content-Encoding': 'gzip' } : headers).end(gzip ? gzipSync(bytes) : bytes)
  } catch (error) {
    const code = error.code > 0 ? error.code : Number(/Code: (\d+)/.exec(error.message)?.[1] ?? error.clickhouseCode ?? 1002)
    response.writeHead(statusOf(code), { 'X-ClickHouse-Exception-Code': code, 'Content-Type': 'text/plain; charset=UTF-8' }).end(`${error.message.trimEnd()}\n`)
  }
})
server.requestTimeout = 0
server.listen(Number(port), '127.0.0.1', () => console.log(`ready ${server.address().port}`))
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    server.close()
    server.closeAllConnections()
    for (const session of sessions) session.close()
    rmSync(spool, { recursive: true, force: true })
    process.exit(0)
  })
}
