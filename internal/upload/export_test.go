package upload

// ReadBlockList is for the fuzz test of this package.
var ReadBlockList = readBlockList
