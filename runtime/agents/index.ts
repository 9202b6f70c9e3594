// The door of agents/. Those who are asked: a client for each kind of agent.
export { createAgents, testAgent } from './agents.ts'
