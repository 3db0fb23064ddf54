using CityLoop.Bench;

return await Benches.RunAsync(args);
