namespace CityLoop.Server.Ledger;
