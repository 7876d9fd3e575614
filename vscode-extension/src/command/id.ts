// The palette's commands by name. Every one of them stands in package.json, and each has an action in the table.
export const commandId = {
  startTeam: 'kinos.startTeam',
  stopTeam: 'kinos.stopTeam',
  showMap: 'kinos.showMap',
  restartServer: 'kinos.restartServer',
} as const;

export type CommandId = (typeof commandId)[keyof typeof commandId];
