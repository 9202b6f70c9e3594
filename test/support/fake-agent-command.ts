// A command-line agent as a process: `node fake-agent-command.ts MANNER`. Reads the question, answers in one of the dresses.
import { spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'

const manner = process.argv[2]
let asked = ''
for await (const chunk of process.stdin) asked += String(chunk)
const files = readdirSync('.').sort().join(', ')
const print = (text: string): void => {
  process.stdout.write(text)
}

switch (manner) {
  case 'plain':
    print(`\u001b[32mI read ${asked.length > 0 ? 'it' : 'nothing'}\u001b[0m, in ${process.cwd()}, beside ${files}\n`)
    break
  case 'echo':
    print(asked)
    break
  case 'environment':
    print(`I see ${JSON.stringify(process.env)}`)
    break
  case 'codex':
    print(
      '{"type":"thread.started","thread_id":"t1"}\n{"type":"item.completed","item":{"id":"i0","type":"reasoning","text":"hm"}}\n',
    )
    print(
      '{"type":"item.completed","item":{"id":"i1","type":"agent_message","text":"She sits."}}\n{"type":"turn.completed","usage":{}}\n',
    )
    break
  case 'claude':
    print(
      JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'She sits.', session_id: 's1' }),
    )
    break
  case 'claude-error':
    print(
      JSON.stringify({
        type: 'result',
        subtype: 'error_during_execution',
        is_error: true,
        result: 'Credit balance is too low',
      }),
    )
    process.exitCode = 1
    break
  case 'broken':
    process.stderr.write('warming up\nno such model\n')
    process.exitCode = 3
    break
  case 'huge':
    for (;;)
      if (!process.stdout.write('x'.repeat(65_536)))
        await new Promise((resolve) => {
          process.stdout.once('drain', resolve)
        })
  case 'lingers': {
    // Leaves something behind that holds its output open.
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    writeFileSync(asked.match(/PIDFILE (\S+)/)?.[1] ?? 'pids', `${process.pid} ${child.pid}`)
    child.unref()
    print('She sits.')
    break
  }
  case 'stubborn':
  case 'hang': {
    if (manner === 'stubborn') process.on('SIGTERM', () => undefined)
    // A grandchild, as agents have them: it must not stay behind.
    const child = spawn(
      process.execPath,
      ['-e', `${manner === 'stubborn' ? 'process.on("SIGTERM", () => {});' : ''} setInterval(() => {}, 1000)`],
      { stdio: 'ignore' },
    )
    writeFileSync(asked.match(/PIDFILE (\S+)/)?.[1] ?? 'pids', `${process.pid} ${child.pid}`)
    setInterval(() => undefined, 1000)
    break
  }
}
