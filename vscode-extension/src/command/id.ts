// The palette's commands by name. Every one of them stands in package.json, and each has an action in the table.
export const commandId = {
  startTeam: 'kinos.startTeam',
  stopTeam: 'kinos.stopTeam',
  showMap: 'kinos.showMap',
  showDashboard: 'kinos.showDashboard',
  restartServer: 'kinos.restartServer',
  showChange: 'kinos.showChange',
  acceptChange: 'kinos.acceptChange',
  rejectChange: 'kinos.rejectChange',
  editChange: 'kinos.editChange',
  undoChange: 'kinos.undoChange',
  redoChange: 'kinos.redoChange',
  nextChange: 'kinos.nextChange',
  reviewChanges: 'kinos.reviewChanges',
  openDocument: 'kinos.openDocument',
  splitDocument: 'kinos.splitDocument',
  consolidateDocument: 'kinos.consolidateDocument',
} as const;

export type CommandId = (typeof commandId)[keyof typeof commandId];
