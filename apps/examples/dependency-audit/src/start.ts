console.log('the example is not written yet')
