import { expect, test } from 'vitest'
import { checkCommand, templateCommand } from './commands'

const origin = 'https://logs.example.com'

test('the template is made for what the address takes', () => {
  expect(templateCommand('requests', origin, true, '1-46')).toBe('cistern aws template --form cloudformation --signal realtime --url https://logs.example.com --fields 1-46 > cistern.yaml')
  expect(templateCommand('logs', origin, true, '1-46')).toBe('cistern aws template --form cloudformation --signal logs --url https://logs.example.com > cistern.yaml')
  expect(templateCommand('any', origin, true, '1,5-9')).toContain('--signal realtime,logs,metrics --url https://logs.example.com --fields 1,5-9 ')
})

test('an address that Firehose cannot reach is not put into commands', () => {
  const here = 'http://127.0.0.1:8080'
  expect(templateCommand('metrics', here, false, '')).toContain('--url https://YOUR-HOST >')
  expect(checkCommand(`${here}/firehose`, here, false)).toBe('cistern check https://YOUR-HOST/firehose --key "$CISTERN_KEY"')
  expect(checkCommand(`${origin}/firehose`, origin, true)).toBe('cistern check https://logs.example.com/firehose --key "$CISTERN_KEY"')
})
