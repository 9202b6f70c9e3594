import { expect, it } from 'vitest'
import type { ServerDelegation } from '../contract/capabilities.ts'
import { followTasks, noTasks, type TaskNews } from './server-delegation.ts'

const said = (status: ServerDelegation['status'], task: string, digest = ''): ServerDelegation => ({
  status,
  task,
  question: `What of ${task}?`,
  digest,
})

function follow(steps: [number, ServerDelegation | undefined][]): TaskNews[] {
  let tasks = noTasks
  return steps.map(([minute, each]) => {
    const { tasks: next, news } = followTasks(tasks, each, minute * 60_000)
    tasks = next
    return news
  })
}
const nothing: TaskNews = { made: null, answered: null, failed: [] }

it('tells a question and its answer once each, however often the server says it', () => {
  const ready = said('ready', 'deleg-1', 'Four.')
  expect(
    follow([
      [0, said('submitted', 'deleg-1')],
      [0, said('submitted', 'deleg-1')],
      [1, ready],
      [1, ready],
    ]),
  ).toEqual([
    { ...nothing, made: 'What of deleg-1?' },
    nothing,
    { ...nothing, answered: { question: 'What of deleg-1?', digest: 'Four.' } },
    nothing,
  ])
})

it('tells the same again after a server that was started anew', () => {
  const round: [number, ServerDelegation][] = [
    [0, said('submitted', 'deleg-1')],
    [1, said('ready', 'deleg-1', 'Four.')],
  ]
  expect(follow([...round, ...round]).filter(({ answered, made }) => answered !== null || made !== null)).toHaveLength(
    4,
  )
})

it('tells an error with its reason', () => {
  expect(follow([[0, said('error', 'deleg-2', 'No connection.')]])[0]?.failed).toEqual([
    'The model server could not find out: What of deleg-2? No connection.',
  ])
})

it('says of an answer that another question has hidden that it never came', () => {
  const news = follow([
    [0, said('submitted', 'deleg-1')],
    [1, said('submitted', 'deleg-2')],
    [2, said('ready', 'deleg-2', 'Red.')],
    [14, undefined],
    [16, undefined],
    [17, undefined],
  ])
  expect(news.map(({ failed }) => failed.length)).toEqual([0, 0, 0, 0, 1, 0])
  expect(news[4]?.failed[0]).toContain('What of deleg-1?')
})
