namespace CityLoop.Twin;

/// <summary>
/// Who joins when: Bass's diffusion (Management Science 15, 1969) person by person. Of those who may ever join, each
/// joins on a day with chance (p + q × share that has joined) ÷ 365. Children under 15 do not join by themselves; no
/// programme publishes members by age, so all others are alike.
/// </summary>
sealed class Joining
{
    readonly Chance _chance;
    readonly Behaviour _behaviour;
    readonly int _potential;
    int[] _waiting;
    int _waitingCount;

    public Joining(Population population, Behaviour behaviour, World world, Chance chance)
    {
        _chance = chance;
        _behaviour = behaviour;
        var grown = population.IsGrown.Count(isGrown => isGrown);
        // The ceiling is a share of everybody; children do not join, so it is a larger share of the others.
        var share = Math.Min(1, behaviour.Ceiling * world.Programme * population.Count / Math.Max(1, grown));
        _waiting = [.. Enumerable.Range(0, population.Count)
            .Where(person => population.IsGrown[person] && chance.Happens(share, Fate.MayJoin, person))];
        _waitingCount = _potential = _waiting.Length;
    }

    /// <summary>Lets a day pass and tells who joins, in the order of their numbers.</summary>
    /// <param name="day">Days since the programme began.</param>
    /// <param name="joined">Receives the persons.</param>
    public void Pass(int day, List<int> joined)
    {
        if (_waitingCount == 0)
            return;
        var spread = (double)(_potential - _waitingCount) / _potential;
        var today = (_behaviour.Innovation + (_behaviour.Imitation * spread)) / 365;
        var kept = 0;
        for (var i = 0; i < _waitingCount; i++)
        {
            var person = _waiting[i];
            if (_chance.Happens(today, Fate.JoinsOnDay, person, day))
                joined.Add(person);
            else
                _waiting[kept++] = person;
        }

        _waitingCount = kept;
    }
}
